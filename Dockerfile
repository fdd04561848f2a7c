# syntax=docker/dockerfile:1

# The same Debian in both stages: a program linked against a newer C library would not start.
# The image of Rust brings the C compiler that the build needs, that of Node what makes the web client.
FROM node:22-bookworm-slim AS node
FROM rust:1.95-slim-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
# What cargo downloads and builds is kept between builds outside the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked \
    && cp target/release/hubbub /usr/local/bin/hubbub

FROM debian:bookworm-slim
RUN groupadd --gid 10001 hubbub \
    && useradd --uid 10001 --gid hubbub --no-create-home --home-dir /data --shell /usr/sbin/nologin hubbub \
    && install --directory --owner=hubbub --group=hubbub --mode=0700 /data
COPY --from=build /usr/local/bin/hubbub /usr/local/bin/hubbub
USER 10001:10001
WORKDIR /data
ENV HUBBUB_BIND=0.0.0.0:3000 \
    HUBBUB_DATA_DIR=/data \
    HUBBUB_ENVIRONMENT=production \
    HUBBUB_LOG_FORMAT=json
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["hubbub"]
CMD ["serve"]
