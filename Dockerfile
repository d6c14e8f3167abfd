# The page in a container: not as root, and nothing of its file system has to be writable but /tmp.
#
#   docker build -t deepfake-detector .
#   docker build -t deepfake-detector --build-arg TORCH=cuda .
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -p 127.0.0.1:7860:7860 deepfake-detector
#
# The password is in what it prints; `--password` after the image's name sets another. With CUDA add `--gpus all`.
FROM python:3.12-slim

# cpu or cuda
ARG TORCH=cpu

ENV HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# With it Pillow draws the Hindi words of an annotated copy correctly.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libfribidi0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app

# The default package index serves PyTorch for Linux with CUDA; the smaller CPU build has an index of its own.
COPY requirements.txt constraints.txt ./
RUN if [ "$TORCH" = cpu ]; then \
        pip install --no-cache-dir --no-deps -c constraints.txt \
            --index-url https://download.pytorch.org/whl/cpu torch torchvision; \
    fi \
    && pip install --no-cache-dir -c constraints.txt -r requirements.txt

COPY app.py cli.py cli_parser.py cli_scan.py LICENSE README.md ./
COPY batch ./batch
COPY detector ./detector
COPY explain ./explain
COPY reporting ./reporting
COPY ui ./ui
COPY examples ./examples
# Owned by the user, who stores the weights here where `--weights-from` downloads them.
COPY --chown=1000:1000 checkpoints ./checkpoints

# The user that Hugging Face Spaces runs containers as.
USER 1000:1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/health', timeout=4)"]
ENTRYPOINT ["python", "app.py", "--host", "0.0.0.0", "--port", "7860", "--no-browser"]
