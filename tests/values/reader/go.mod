module tracewright.test/values

go 1.25.0

require (
	github.com/joho/godotenv v1.5.1
	go.opentelemetry.io/collector/confmap v1.65.0
	go.yaml.in/yaml/v2 v2.4.4
	go.yaml.in/yaml/v3 v3.0.5
)
