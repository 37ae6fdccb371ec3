{{/* prose: not YAML */}}
{{- define "connect.conf" -}}
spark.master={{ .Values.master }}
{{- if .Values.tls }}
spark.ssl.enabled=true
{{- end }}
spark.connect.grpc.binding.address=0.0.0.0
spark.connect.grpc.binding.port={{ .Values.port }}
{{- end -}}
