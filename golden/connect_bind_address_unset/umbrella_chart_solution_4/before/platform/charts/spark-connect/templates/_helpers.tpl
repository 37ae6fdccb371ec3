{{- define "spark-connect.fullname" -}}
{{- default (printf "%s-%s" .Release.Name .Chart.Name) .Values.fullnameOverride -}}
{{- end -}}
