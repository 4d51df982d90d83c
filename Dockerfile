# The roles of bot/: gateway, worker, sender, console. The NLU server has an image of its own (nlu/Dockerfile).
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/bot.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bot.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY nlu nlu
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data ucare && install -d -o ucare -g ucare -m 0700 /data
COPY --from=build /venv /venv
COPY flows /app/flows
COPY locales /app/locales
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 UCARE_DATA_DIR=/data FLOWS_DIR=/app/flows LOCALES_DIR=/app/locales
WORKDIR /app
USER ucare
VOLUME /data
EXPOSE 8080 8081
ENTRYPOINT ["ucare"]
CMD ["--help"]
