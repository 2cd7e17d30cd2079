# syntax=docker/dockerfile:1
ARG GO_VERSION=1.26
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath \
      -ldflags "-s -w -X main.version=$VERSION" -o /out/sanctionwatch ./cmd/sanctionwatch && \
    mkdir -p /out/data /out/etc

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="sanctionwatch" \
      org.opencontainers.image.description="Watches news feeds for sanctions-relevant news and tells the right people once, fast, and with the reason." \
      org.opencontainers.image.source="https://github.com/sanctionwatch/sanctionwatch" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/sanctionwatch /sanctionwatch
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/etc /etc/sanctionwatch
USER 65532:65532
# Nothing but /data is written: run with a read-only root.
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENV SANCTIONWATCH_CONFIG=/etc/sanctionwatch/sanctionwatch.yaml
STOPSIGNAL SIGTERM
ENTRYPOINT ["/sanctionwatch"]
CMD ["run"]
