# The server of intently. Keys are needed: a container listens on all its addresses.
#
#   docker build -t intently .
#   docker run -p 127.0.0.1:8000:8000 -v intently:/data -e INTENTLY_KEYS="admin=$(openssl rand -hex 24)" intently
FROM python:3.13-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 intently \
    && install -d -o intently -g intently /data

WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip install --no-cache-dir .

USER intently
ENV INTENTLY_HOME=/data PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=passive
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["intently"]
CMD ["demo", "--host", "0.0.0.0"]
