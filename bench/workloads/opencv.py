"""OpenCV: the nearest of its functions."""

import cv2
import numpy as np

WIDTH, HEIGHT = 5600, 4480
SHARPEN = np.array([[-1, -1, -1], [-1, 16, -1], [-1, -1, -1]], np.float32) / 8
CHAIN = ((1.1, 5), (0.9, 3), (1.2, -20), (0.8, 11), (1.05, -3), (-1, 255))


def bind(library):
    return {name: function for name, function in globals().items() if name.startswith(("p_", "m_"))}


def p_import(inputs, out):
    """Importing is all."""


def thumbnail(name, width, result, flag):
    picture = cv2.imread(name, flag)
    scale = width / max(picture.shape[:2])
    cv2.imwrite(result, cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def p_one(inputs, out):
    thumbnail(f"{inputs}/small/0000.jpg", 128, f"{out}/one.jpg", cv2.IMREAD_REDUCED_COLOR_2)


def p_1000(inputs, out):
    for index in range(1000):
        thumbnail(f"{inputs}/small/{index:04}.jpg", 128, f"{out}/small.jpg", cv2.IMREAD_REDUCED_COLOR_2)


def p_thumb100(inputs, out):
    thumbnail(f"{inputs}/p100.jpg", 300, f"{out}/thumb100.jpg", cv2.IMREAD_REDUCED_COLOR_8)


def p_thumb25(inputs, out):
    thumbnail(f"{inputs}/p25.jpg", 720, f"{out}/thumb25.jpg", cv2.IMREAD_REDUCED_COLOR_4)


def p_png(inputs, out):
    thumbnail(f"{inputs}/p25.png", 720, f"{out}/png.png", cv2.IMREAD_COLOR)


def p_half(inputs, out):
    picture = cv2.imread(f"{inputs}/p25.jpg")
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cv2.imwrite(f"{out}/half.jpg", half, [cv2.IMWRITE_JPEG_QUALITY, 80])


def p_bench_jpg(inputs, out):
    picture = cv2.imread(f"{inputs}/p100.jpg")[100:-100, 100:-100]
    picture = cv2.resize(picture, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_LINEAR)
    cv2.imwrite(f"{out}/bench.jpg", cv2.filter2D(picture, -1, SHARPEN))


def photo(inputs):
    return np.fromfile(f"{inputs}/p25.raw", np.uint8).reshape(HEIGHT, WIDTH, 3)


def pixels(make):
    def prepare(inputs):
        picture = photo(inputs)
        return lambda: make(picture)

    return prepare


def chained(picture):
    for a, b in CHAIN:
        picture = cv2.LUT(picture, np.clip(np.arange(256) * a + b, 0, 255).astype(np.uint8))
    return picture


def m_ifthenelse(inputs):
    picture = photo(inputs)
    mask, other = np.repeat(picture[..., 1:2] > 128, 3, axis=2).astype(np.uint8) * 255, 255 - picture
    return lambda: cv2.bitwise_or(cv2.bitwise_and(picture, mask), cv2.bitwise_and(other, cv2.bitwise_not(mask)))


def m_add(inputs):
    picture = photo(inputs)
    other = 255 - picture
    return lambda: cv2.add(picture, other, dtype=cv2.CV_16U)


def m_mapim(inputs):
    picture = photo(inputs)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    x, y = x * 0.97 + 30, y * 0.98 + 20
    return lambda: cv2.remap(picture, x, y, cv2.INTER_CUBIC)


def lab(picture):
    other = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    other[..., 0] = other[..., 0] * 1.2 - 10
    return (cv2.cvtColor(other, cv2.COLOR_LAB2RGB) * 255).astype(np.uint8)


def warp(picture, matrix, size, flag):
    return cv2.warpAffine(picture, np.array(matrix, np.float32), size, flags=flag)


def decode(suffix):
    def prepare(inputs):
        data = np.fromfile(f"{inputs}/p25.{suffix}", np.uint8)
        return lambda: cv2.imdecode(data, cv2.IMREAD_COLOR)

    return prepare


m_Djpg, m_Dpng, m_Dwebp = decode("jpg"), decode("png"), decode("webp")
m_Ejpg = pixels(lambda picture: cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85]))
m_Epng = pixels(lambda picture: cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 6]))
m_lincast = m_linu = pixels(lambda picture: cv2.convertScaleAbs(picture, alpha=1.2, beta=10))
m_invert = pixels(cv2.bitwise_not)
m_gamma = pixels(lambda picture: cv2.LUT(picture, (255 * (np.arange(256) / 255) ** 2.4).astype(np.uint8)))
m_chain6 = pixels(chained)
m_avg = pixels(cv2.mean)
m_hist = pixels(lambda picture: [cv2.calcHist([picture], [band], None, [256], [0, 256]) for band in range(3)])
m_cast = pixels(lambda picture: picture.astype(np.float32))
m_rot90 = pixels(lambda picture: cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE))
m_flip = pixels(lambda picture: cv2.flip(picture, 1))
m_mhalf = pixels(lambda picture: cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
m_up2 = pixels(lambda picture: cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
m_conv3 = pixels(lambda picture: cv2.filter2D(picture, -1, SHARPEN))
m_conv3f = pixels(lambda picture: cv2.filter2D(picture, cv2.CV_32F, SHARPEN))
m_g5 = pixels(lambda picture: cv2.GaussianBlur(picture, (0, 0), 5))
m_g40 = pixels(lambda picture: cv2.GaussianBlur(picture, (0, 0), 40))
m_rotate = pixels(lambda picture: warp(picture, cv2.getRotationMatrix2D((0, 0), -30, 1), (7090, 6680), cv2.INTER_LINEAR))
m_affine = pixels(lambda picture: warp(picture, [[1.1, 0.05, 0], [-0.03, 0.95, 0]], (6384, 4424), cv2.INTER_CUBIC))
m_lab = pixels(lab)
