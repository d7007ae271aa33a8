import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;

/** Sends one span by the agent, or with the argument "sdk" by the SDK, configured by the environment alone. */
public final class Send {
  public static void main(String[] arguments) throws Exception {
    OpenTelemetry telemetry;
    if (arguments.length == 0) {
      telemetry = GlobalOpenTelemetry.get();
    } else {
      // Found by its name, so that a program under the agent needs nothing but the API.
      Class<?> sdk = Class.forName("io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk");
      Object made = sdk.getMethod("initialize").invoke(null);
      telemetry = (OpenTelemetry) sdk.getMethod("getOpenTelemetrySdk").invoke(made);
    }
    Span span = telemetry.getTracer("sdks").spanBuilder("smoke").startSpan();
    System.out.println(span.getSpanContext().getTraceId());
    span.end();
  }
}
