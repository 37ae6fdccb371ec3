{{- define "connect.conf" -}}
spark.master local[*]
spark.connect.grpc.binding.port {{ .Values.port }}
{{- end -}}
