"""Files of the corpora where our verdict or pixels differ from the oracle's, each with the reason. The only such list."""

# "set/file": why ours is right, why it does not matter, or that it is a defect we know.
_TRNS = "known defect: a damaged PNG whose transparency the reference keeps (or drops); ours decides from another chunk"
_WARNINGS = "we count damage behind the last row as a warning, the reference stops looking there"

VERDICT = {
    "bombs/made/tiff_4G_strip_count.tif": "strips that the file has no place for are missing strips, filled up unless `fail_on` forbids it; the reference does not know the file",
    "bombs/made/jpeg_65500x65500_no_data.jpg": "its 204 bytes can't hold a bit for each block, so nobody waits until four gigapixels are filled up; `unlimited` does",
    "malformed-jpeg/zune/fuzz-corpus_png_15b0e20ebf9c0bd5391c27f0dfbafe7f1464db97": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_310cd6a6e84ff48780c8708facdc0dc5f0cb1e9b": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_562c03d301040b50d4e4cae2c3d02174a152f9d4": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_8c79ae8dbc18f157a992c653ced27a867486dc9b": _TRNS,
    "malformed-jpeg/zune/fuzz-corpus_png_9f32afa77e38ea6f526fa8f850ebfa0e74cb1346": "a damaged PNG of which the reference makes no rows and ours makes some",
}
STRICT = {
    "malformed-jpeg/afl/jpeg_turbo_edges-only_images_id_000393_src_000000_op_int32_pos_500_val_-32768_+cov.jpg": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_44395b2ac5d836cc3042fa51605df11214baf513-6": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_e5794e41b07b43dc4fa91e5c42e39add73c267c7-1": _WARNINGS,
}
PIXELS = {
    "png/image-png/bugfixes_x_consecutive_idat.png": "the reference resumes in mid-row after a chunk in the wrong place; ours fills from the last whole row",
    "malformed-jpeg/zune/fuzz-corpus_png_862e745cdc17abbc17c4b03947c058ef8cd1ea44.crash": _TRNS,
}
# Files that take more memory than the limit.
HUNGRY = {}
