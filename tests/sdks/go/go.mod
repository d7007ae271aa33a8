module tracewright.test/sdks

go 1.25.0

require (
	github.com/grafana/grafana-plugin-sdk-go v0.298.0
	github.com/joho/godotenv v1.5.1
	go.opentelemetry.io/otel v1.47.0
	go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc v1.47.0
	go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp v1.47.0
	go.opentelemetry.io/otel/sdk v1.47.0
	gopkg.in/yaml.v3 v3.0.1
)
