# The image of one service, with nothing of another's: --build-arg SERVICE=scheduling. Its doors are the command:
# api, work, prepare, doctor … Packages are installed by version and digest; nothing is fetched when it runs.
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS tools
COPY deploy/requirements/build.txt /requirements/
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes --no-deps -r /requirements/build.txt

FROM ${PYTHON} AS assets
COPY deploy/requirements/assets.txt /requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps -r /requirements/assets.txt
COPY deploy/local/assets.py /fetch/
COPY deploy/local/npm /fetch/npm
RUN python /fetch/assets.py /assets

# what all services have in common comes first: its layers are made once for all five images
FROM tools AS installed
RUN python -m venv --without-pip /app
COPY deploy/requirements/movewell.txt /requirements/
RUN /tools/bin/pip --python /app install --no-cache-dir --require-hashes --no-deps -r /requirements/movewell.txt
COPY shared /source/shared
RUN /tools/bin/pip --python /tools wheel --no-deps --no-build-isolation -w /wheels /source/shared
ARG SERVICE
COPY deploy/requirements/${SERVICE}.txt /requirements/
RUN /tools/bin/pip --python /app install --no-cache-dir --require-hashes --no-deps -r "/requirements/${SERVICE}.txt"
COPY services/${SERVICE} /source/${SERVICE}
RUN /tools/bin/pip --python /tools wheel --no-deps --no-build-isolation -w /wheels "/source/${SERVICE}" \
  && /tools/bin/pip --python /app install --no-deps --no-index /wheels/*.whl \
  && /tools/bin/pip --python /app check \
  && printf '#!/bin/sh\nexec python -m %s "$@"\n' "${SERVICE}" > /app/bin/movewell && chmod 755 /app/bin/movewell

FROM ${PYTHON}
COPY --from=assets /assets /assets
COPY --from=installed /app /app
# named volumes take over who owns these
RUN install -d -o 10001 -g 10001 /sink /clock
ENV PATH=/app/bin:$PATH ASSETS_DIR=/assets PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["movewell"]
CMD ["--help"]
