# The page in a container: not as root, and nothing of its file system has to be writable but /tmp.
#
#   docker build -t deepfake-detector .
#   docker build -t deepfake-detector --build-arg TORCH_INDEX=https://pypi.org/simple .     (with CUDA)
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -p 127.0.0.1:7860:7860 deepfake-detector
#
# The password is in what it prints; `--password` after the image's name gives another. With CUDA add `--gpus all`.
FROM python:3.12-slim

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV HOME=/tmp \
    HF_HUB_OFFLINE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# With it Pillow draws the Hindi words of an annotated copy as they are written.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libfribidi0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app

COPY requirements.txt ./
RUN grep '^torch' requirements.txt > /tmp/torch.txt \
    && pip install --no-cache-dir --index-url "$TORCH_INDEX" -r /tmp/torch.txt \
    && pip install --no-cache-dir -r requirements.txt \
    && rm /tmp/torch.txt

COPY app.py cli.py LICENSE README.md ./
COPY detector ./detector
COPY explain ./explain
COPY reporting ./reporting
COPY ui ./ui
COPY examples ./examples
COPY checkpoints ./checkpoints

USER 10001:10001
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/health', timeout=4)"]
ENTRYPOINT ["python", "app.py", "--host", "0.0.0.0", "--port", "7860", "--no-browser"]
