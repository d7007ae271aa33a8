// What real clients written in Go do with the files of a host.
//
//	sdks application FILE   sends one span as the Go SDK does with this environment file
//	sdks datasource FILE    asks Tempo through the HTTP client that Grafana makes of this datasource
//
// The first prints the id of its trace, and says on stderr what the exporter says; whether the span
// arrived is asked of Tempo, not of this program.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"github.com/joho/godotenv"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
	"gopkg.in/yaml.v3"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	run := map[string]func(context.Context, string) error{"application": application, "datasource": datasource}[os.Args[1]]
	if err := run(ctx, os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func application(ctx context.Context, file string) error {
	if err := godotenv.Load(file); err != nil {
		return err
	}
	exporter, err := exporter(ctx)
	if err != nil {
		return err
	}
	provider := trace.NewTracerProvider(trace.WithSyncer(exporter))
	_, span := provider.Tracer("sdks").Start(ctx, "smoke")
	fmt.Println(span.SpanContext().TraceID())
	span.End()
	return provider.Shutdown(ctx)
}

// The SDK fixes the transport in code; a program that has both goes by the variable.
func exporter(ctx context.Context) (*otlptrace.Exporter, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") == "grpc" {
		return otlptracegrpc.New(ctx)
	}
	return otlptracehttp.New(ctx)
}

type provisioned struct {
	Datasources []struct {
		Name, Type, URL string
		JSONData        map[string]any    `yaml:"jsonData"`
		SecureJSONData  map[string]string `yaml:"secureJsonData"`
	}
}

// Grafana's provisioning reads `$__file{PATH}` as the trimmed text of the file.
var fileReference = regexp.MustCompile(`^\$__file\{(.*)\}$`)

func datasource(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var written provisioned
	if err := yaml.Unmarshal(text, &written); err != nil {
		return err
	}
	for _, source := range written.Datasources {
		settings := backend.DataSourceInstanceSettings{
			Name: source.Name, Type: source.Type, URL: source.URL, DecryptedSecureJSONData: source.SecureJSONData,
		}
		if settings.JSONData, err = json.Marshal(source.JSONData); err != nil {
			return err
		}
		for key, value := range settings.DecryptedSecureJSONData {
			if found := fileReference.FindStringSubmatch(value); found != nil {
				text, err := os.ReadFile(found[1])
				if err != nil {
					return err
				}
				settings.DecryptedSecureJSONData[key] = strings.TrimSpace(string(text))
			}
		}
		if err := echo(ctx, settings); err != nil {
			return err
		}
	}
	return nil
}

// The health check of the Tempo datasource.
func echo(ctx context.Context, settings backend.DataSourceInstanceSettings) error {
	options, err := settings.HTTPClientOptions(ctx)
	if err != nil {
		return err
	}
	client, err := httpclient.New(options)
	if err != nil {
		return err
	}
	answer, err := client.Get(settings.URL + "/api/echo")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1024))
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(body)) != "echo" {
		return fmt.Errorf("%s: %.100s", answer.Status, body)
	}
	return nil
}
