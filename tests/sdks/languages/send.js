// Sends one span by the SDK for Node, which configures itself from the environment alone.
//
//   node send.js DIRECTORY     DIRECTORY: where its packages are
//
// Prints the id of the trace; what the exporter says goes to stderr.
const { createRequire } = require('node:module');
const packages = createRequire(process.argv[2] + '/package.json');
const { NodeSDK } = packages('@opentelemetry/sdk-node');
const { diag, DiagConsoleLogger, DiagLogLevel, trace } = packages('@opentelemetry/api');

diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
const sdk = new NodeSDK();
sdk.start();
const span = trace.getTracer('sdks').startSpan('smoke');
console.log(span.spanContext().traceId);
span.end();
sdk.shutdown().catch((error) => console.error(String(error)));
