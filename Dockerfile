# The first stage builds, the second holds a virtual environment and nothing else: no sources, no build tool, no cache.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# What the bot needs comes before the bot, so that a new question rebuilds in seconds.
COPY pyproject.toml constraints.txt ./
RUN python -m venv --without-pip /opt/practice-bot \
 && pip install -c constraints.txt hatchling \
 && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
    > /tmp/dependencies.txt \
 && pip --python /opt/practice-bot install -c constraints.txt -r /tmp/dependencies.txt
COPY README.md LICENSE ./
COPY data data
COPY bot bot
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && pip --python /opt/practice-bot install --no-deps /tmp/wheel/*.whl

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="practice-bot" \
      org.opencontainers.image.description="One deep-learning interview question a day for your community" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/practice-bot/bin:$PATH
COPY --from=build /opt/practice-bot /opt/practice-bot
# The ids are part of the contract with every volume there is, so they never change. A new named volume takes over the
# owner of /data. The base image comes without compiled modules: starting once compiles those we use, which each health
# check would otherwise do again.
RUN groupadd --gid 10001 practice-bot \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin practice-bot \
 && install --directory --owner=10001 --group=10001 --mode=0750 /data \
 && practice-bot --version
# 120: Docker starts a stopped bot again at once, and Discord allows 1,000 logins a day; a wrong token stays below 720.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PRACTICE_BOT_DATABASE=/data/practice-bot.db \
    PRACTICE_BOT_HEARTBEAT=/tmp/heartbeat \
    PRACTICE_BOT_EXIT_DELAY=120
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["practice-bot", "health"]
ENTRYPOINT ["practice-bot"]
CMD ["discord"]
