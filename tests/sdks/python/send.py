"""Sends one span as the Python SDK does with an environment file: the distribution configures itself,
as under `opentelemetry-instrument`.

    send.py FILE

Prints the id of its trace, and says on stderr what the exporter says; whether the span arrived is asked
of Tempo, not of this program.
"""

import os
import sys

from dotenv import load_dotenv

load_dotenv(sys.argv[1])
# No other signal is measured, and each would speak of failures of its own.
os.environ["OTEL_METRICS_EXPORTER"] = os.environ["OTEL_LOGS_EXPORTER"] = "none"

from opentelemetry import trace  # noqa: E402  the SDK reads the environment while it is imported
from opentelemetry.instrumentation.auto_instrumentation import initialize  # noqa: E402

initialize()
with trace.get_tracer("sdks").start_as_current_span("smoke") as span:
    print(format(span.get_span_context().trace_id, "032x"))
trace.get_tracer_provider().shutdown()
