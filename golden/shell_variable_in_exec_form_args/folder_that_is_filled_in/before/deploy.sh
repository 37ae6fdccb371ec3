envsubst < a.yaml | kubectl apply -f -
