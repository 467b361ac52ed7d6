"""Tones as WAV files, and the proof that a recording holds one."""
import wave
from pathlib import Path

import numpy

WINDOW = 0.1  # seconds


def write_tone(path, frequency, seconds=30.0, rate=48000, channels=2):
    """A sine at -12 dB; baresip's ausine has its own, files have this."""
    time = numpy.arange(int(seconds * rate)) / rate
    samples = (0.25 * 32767 * numpy.sin(2 * numpy.pi * frequency * time)).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(numpy.repeat(samples, channels).tobytes())


def tone_share(path, frequency, tolerance=30.0):
    """(share of 100 ms windows whose strongest frequency is `frequency`, longest run of others in seconds, seconds
    in all). Silence before the first good window does not count: a call takes a moment to open."""
    if not Path(path).exists() or Path(path).stat().st_size <= 44:
        return 0.0, 0.0, 0.0
    raw = Path(path).read_bytes()
    with wave.open(str(path), "rb") as recording:
        rate, channels = recording.getframerate(), recording.getnchannels()
    # The header of a recording that was cut off may tell a length of 0: what lies behind it counts.
    samples = numpy.frombuffer(raw[44:len(raw) - (len(raw) - 44) % (2 * channels)], dtype="<i2")[::channels].astype(float)
    size = int(rate * WINDOW)
    good = []
    for at in range(0, len(samples) - size + 1, size):
        part = samples[at:at + size]
        if numpy.sqrt(numpy.mean(part ** 2)) < 100:
            good.append(False)
            continue
        spectrum = numpy.abs(numpy.fft.rfft(part * numpy.hanning(size)))
        good.append(abs(numpy.argmax(spectrum) * rate / size - frequency) <= tolerance)
    if True not in good:
        return 0.0, len(good) * WINDOW, len(good) * WINDOW
    good = good[good.index(True):]
    gap = longest = 0
    for window in good:
        gap = 0 if window else gap + 1
        longest = max(longest, gap)
    return sum(good) / len(good), longest * WINDOW, len(good) * WINDOW


def write_alaw_tone(path, frequency, seconds=8.0):
    """The same as bare G.711 A-law octets at 8 kHz, which SIPp's rtp_stream sends as they are."""
    time = numpy.arange(int(seconds * 8000)) / 8000
    Path(path).write_bytes(bytes(_alaw(int(value)) for value in 8000 * numpy.sin(2 * numpy.pi * frequency * time)))


def _alaw(sample):
    """ITU-T G.711: sign, three bits of segment, four of mantissa, every second bit turned."""
    sign, magnitude = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    magnitude = min(magnitude, 32767) >> 4
    segment = max(0, magnitude.bit_length() - 5)
    mantissa = (magnitude >> (segment - 1 if segment > 1 else (1 if segment else 0))) & 0x0F if segment else magnitude >> 1 & 0x0F
    return (sign | segment << 4 | mantissa) ^ 0x55
