{{- define "spark-connect.fullname" -}}
{{- printf "%s-connect" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "spark-connect.selectorLabels" -}}
app.kubernetes.io/name: spark-connect
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
