{{- define "spark.fullname" -}}
{{- default (printf "%s-%s" .Release.Name .Chart.Name) .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "spark.master.name" -}}
{{ include "spark.fullname" . }}-master
{{- end -}}
