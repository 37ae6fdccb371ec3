{{- define "etl.driver" -}}
{{ .Release.Name }}-driver
{{- end -}}
{{- define "etl.conf" -}}
spark.master={{ .Values.master }}
spark.driver.host={{ include "etl.driver" . }}
{{- with .Values.driver.bindAddress }}
spark.driver.bindAddress={{ . }}
{{- end }}
spark.driver.port=7078
spark.driver.blockManager.port=7079
{{- end -}}
