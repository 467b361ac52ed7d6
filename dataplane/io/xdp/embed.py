"""Writes a file as the bytes of a C++ array: embed.py INPUT OUTPUT NAME."""
import sys

data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "w") as out:
    out.write(f"#include <cstddef>\nextern const unsigned char {sys.argv[3]}[];\nextern const std::size_t {sys.argv[3]}_size;\n")
    out.write(f"const unsigned char {sys.argv[3]}[] = {{" + ",".join(map(str, data)) + "};\n")
    out.write(f"const std::size_t {sys.argv[3]}_size = {len(data)};\n")
