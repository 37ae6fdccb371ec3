{{- define "connect.name" -}}
{{ .Release.Name }}-connect
{{- end -}}
