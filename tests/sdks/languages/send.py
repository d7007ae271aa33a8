"""Sends one span as an unchanged program does under `opentelemetry-instrument`: all settings are its environment's.

Prints the id of the trace; what the exporter says goes to stderr.
"""

from opentelemetry import trace

with trace.get_tracer("sdks").start_as_current_span("smoke") as span:
    print(format(span.get_span_context().trace_id, "032x"), flush=True)
provider = trace.get_tracer_provider()
if hasattr(provider, "shutdown"):
    provider.shutdown()
