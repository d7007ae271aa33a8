// package: github.com/prometheus/prometheus/cmd/prometheus
// tags: remove_all_sd
// ldflags: -X github.com/prometheus/common/version.Version=3.16.0
module tracewright.test/prometheus

go 1.25.0

require github.com/prometheus/prometheus v0.316.0
