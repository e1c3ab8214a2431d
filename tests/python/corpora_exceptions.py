"""Files of the corpora where our verdict or pixels differ from the oracle's, each with the reason. The only such list."""

# "set/file": why ours is right, why it does not matter, or that it is a defect we know.
_TRNS = "known defect: a damaged PNG whose transparency the reference keeps (or drops); ours decides from another chunk"
_WARNINGS = "we count damage behind the last row as a warning, the reference stops looking there"
_WIDE = "samples of 64 bits, which the reference writes but does not read"
_TIFF_CODEC = "a damaged TIFF of compression 178, which nobody has: refused by name, the reference gives black pixels"

VERDICT = {
    "tiff/image-tiff/images_gradient-1c-64b-float.tiff": _WIDE,
    "tiff/image-tiff/images_gradient-1c-64b.tiff": _WIDE,
    "tiff/image-tiff/images_gradient-3c-64b.tiff": _WIDE,
    "tiff/image-tiff/images_seq_seq-1c-64f-afa8560e.tiff": _WIDE,
    "tiff/image-tiff/images_seq_seq-1c-64f-deflate-fpredict-afa8560e.tiff": _WIDE,
    "tiff/image-tiff/images_seq_seq-3c-64f-9fff098a.tiff": _WIDE,
    "tiff/libtiff/images_test_float64_predictor2_be_lzw.tif": _WIDE,
    "tiff/libtiff/images_test_float64_predictor2_le_lzw.tif": _WIDE,
    "tiff/libtiffpic/caspian.tif": _WIDE,
    "tiff/libtiffpic/zackthecat.tif": "old-style JPEG is refused by name; the reference gives black pixels",
    "malformed-tiff/go-fuzz/corpus_2545e8e1c4ecbb8c180164eb5a91055e8270630f-5": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_ced3e3c4a715c07361658cc7611618786a8f46cc-4": _TIFF_CODEC,
    "malformed-tiff/pillow/crash-2020-10-test.tif": "chroma for 2x2 pixels, and places for 2 strips where 21 are needed: the reference's converter of such chroma gives up at the first missing strip whatever `fail_on` says, ours fills up",
    "bombs/made/tiff_4G_strip_count.tif": "strips that the file has no place for are missing strips, filled up unless `fail_on` forbids it; the reference does not know the file",
    "bombs/made/jpeg_65500x65500_no_data.jpg": "its 204 bytes can't hold a bit for each block, so nobody waits until four gigapixels are filled up; `unlimited` does",
    "malformed-jpeg/zune/fuzz-corpus_png_15b0e20ebf9c0bd5391c27f0dfbafe7f1464db97": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_310cd6a6e84ff48780c8708facdc0dc5f0cb1e9b": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_562c03d301040b50d4e4cae2c3d02174a152f9d4": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_8c79ae8dbc18f157a992c653ced27a867486dc9b": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_9f32afa77e38ea6f526fa8f850ebfa0e74cb1346": "a damaged PNG of which the reference makes no rows and ours makes some",
}
STRICT = {
    "tiff/image-tiff/images_int16_zstd.tif": "the reference has no Zstandard",
    "malformed-jpeg/afl/jpeg_turbo_edges-only_images_id_000393_src_000000_op_int32_pos_500_val_-32768_+cov.jpg": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_44395b2ac5d836cc3042fa51605df11214baf513-6": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_e5794e41b07b43dc4fa91e5c42e39add73c267c7-1": _WARNINGS,
}
PIXELS = {
    "tiff/image-tiff/images_int16_zstd.tif": "the reference has no Zstandard and gives black pixels",
    "tiff/image-tiff/images_minisblack-2c-8b-alpha.tiff": "planes of which the reference mixes up the rows: it shows row 31 of the alpha as 0, where its bytes say 255",
    "tiff/libtiffpic/text.tif": "the data of the last strip end two rows early: the reference leaves there what the strip above has at that place, ours has 0",
    "png/image-png/bugfixes_x_consecutive_idat.png": "the reference resumes in mid-row after a chunk in the wrong place; ours fills from the last whole row",
    "malformed-jpeg/zune/fuzz-corpus_png_862e745cdc17abbc17c4b03947c058ef8cd1ea44.crash": _TRNS,
}
# Files that take more memory than the limit.
HUNGRY = {}
# Formats that ours reads and the reference of the oracle was built without.
MORE_FORMATS = (".bmp", ".pbm", ".pgm", ".ppm")
