"""Files of the corpora where our verdict or pixels differ from the oracle's, each with the reason. The only such list."""

# "set/file": why ours is right, why it does not matter, or that it is a defect we know.
_TRNS = "known defect: a damaged PNG whose transparency the reference keeps (or drops); ours decides from another chunk"
_WARNINGS = "we count damage behind the last row as a warning, the reference stops looking there"
_WIDE = "samples of 64 bits, which the reference writes but does not read"
_TIFF_CUT = "a damaged TIFF whose first directory the reference can't open; what ours finds of it is enough"
_TIFF_CODEC = "a damaged TIFF of a compression or palette that there is not: refused, the reference gives black pixels"
_TIFF_PIXELS = "known: a damaged TIFF of which another part is decoded before the damage"
_TIFF_STRICT = "known: what the reference warns of in a TIFF for reasons that it does not tell, or bytes at the end that it looks for"

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
    "malformed-tiff/go-fuzz/corpus_1f1629670972c4379f57df86300852e4a28845c9-1": _TIFF_CUT,
    "malformed-tiff/go-fuzz/corpus_2101e562093eae3f630afbc0f17d20242b9500bc-7": _TIFF_CUT,
    "malformed-tiff/go-fuzz/corpus_2545e8e1c4ecbb8c180164eb5a91055e8270630f-5": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_411d1243ccbe70ff026ff2efff8c5c6f493c0d75-2": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_4e73df80aafaf343c164cbaeb4a418d6e877a359-1": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_90b2a82bfa2d5387cc8a201900dc70b46306ae85-2": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_9350a51620f159bdf4ca2e04d2a351e010788f64-3": _TIFF_CUT,
    "malformed-tiff/go-fuzz/corpus_b5802d330d484b06b4b9b2ad9539e42e511d511a-2": _TIFF_CUT,
    "malformed-tiff/go-fuzz/corpus_ced3e3c4a715c07361658cc7611618786a8f46cc-4": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_ef518f08319396e28a4bb8350a4861b9fccc50d8-6": _TIFF_CODEC,
    "malformed-tiff/go-fuzz/corpus_fe722cb6ea26eedbbc29dd7900d9aa6d4ce9f529-5": _TIFF_CUT,
    "malformed-tiff/image-tiff/fuzz_images_oom_crash_id_000022_sig_06_src_000004_op_havoc_rep_4": _TIFF_CUT,
    "malformed-tiff/pillow/crash-2020-10-test.tif": _TIFF_CUT,
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
    "tiff/image-tiff/images_quad-lzw-compat.tiff": _TIFF_STRICT,
    "tiff/libtiff/images_testfax3_bug54_1dnoEOL.tif": _TIFF_STRICT,
    "malformed-tiff/go-fuzz/corpus_261a52dd6b11fc8c6454889586122739a77a0d86": _TIFF_STRICT,
    "malformed-tiff/go-fuzz/corpus_3db0746e2195950243d5e29b4a7df443d63ad57f-5": _TIFF_STRICT,
    "malformed-tiff/go-fuzz/corpus_98f94f534d3a900ad3a931d7105ff611c625cd59": _TIFF_STRICT,
    "malformed-tiff/image-rs/regression_tiff_clusterfuzz-testcase-minimized-fuzzer_script_tiff-5026894169374720.tif": _TIFF_STRICT,
    "malformed-tiff/image-tiff/fuzz_images_oor_panic_id_000019_sig_06_src_000001_op_havoc_rep_8": _TIFF_STRICT,
    "malformed-jpeg/afl/jpeg_turbo_edges-only_images_id_000393_src_000000_op_int32_pos_500_val_-32768_+cov.jpg": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_44395b2ac5d836cc3042fa51605df11214baf513-6": _WARNINGS,
    "malformed-jpeg/go-fuzz/corpus_e5794e41b07b43dc4fa91e5c42e39add73c267c7-1": _WARNINGS,
}
PIXELS = {
    "tiff/image-tiff/images_int16_zstd.tif": "the reference has no Zstandard and gives black pixels",
    "tiff/image-tiff/images_minisblack-2c-8b-alpha.tiff": "planes in PackBits: every other row of the reference is not what its bytes say",
    "malformed-tiff/go-fuzz/corpus_2b21be4ad2a8c77ec5176dac3a038411fdbacdd0-5": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_7dafbd01f1e6b5d0898ce5b87934e081e0572c2b-4": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_848b1d6e3817fcafc5ef9031f00289babcd87ea9-7": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_873bb30dc645e7e2f19c12af81d946958e798864-5": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_ccab9a04ff0a0d9c3c097b291ef014ef9cdc590f-2": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_d86e540e64be696a1edc1268f39f29ef19835983-3": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_ea5b580532756b9a2e53b9ba98f9e28741b6bdfc-2": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_ef57e5d72193619e0f4144a5f4ae6c3e53b3d3a5-7": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_ffb9bbea8c23180563b9d359fda2b9a43d2e836a-3": _TIFF_PIXELS,
    "malformed-tiff/go-fuzz/corpus_ffd1a5748f86aa7166862789b7409fbba08e6188-7": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_inf_loop_id_000029_src_000556+000125_op_splice_rep_64": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_inf_loop_id_000030_src_000556+000125_op_splice_rep_128": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_inf_loop_id_000033_src_000525+000106_op_splice_rep_4": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_inf_loop_id_000039_src_000640_op_havoc_rep_4": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_inf_loop_id_000041_src_000698+000155_op_splice_rep_8": _TIFF_PIXELS,
    "malformed-tiff/image-tiff/fuzz_images_oor_panic_id_000019_sig_06_src_000001_op_havoc_rep_8": _TIFF_PIXELS,
    "tiff/libtiffpic/text.tif": "the data end early, and what lies behind is white here, black there",
    "png/image-png/bugfixes_x_consecutive_idat.png": "the reference resumes in mid-row after a chunk in the wrong place; ours fills from the last whole row",
    "malformed-jpeg/zune/fuzz-corpus_png_862e745cdc17abbc17c4b03947c058ef8cd1ea44.crash": _TRNS,
}
# Files that take more memory than the limit.
HUNGRY = {}
# Formats that ours reads and the reference of the oracle was built without.
MORE_FORMATS = (".bmp", ".pbm", ".pgm", ".ppm")
