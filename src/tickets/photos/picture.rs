//! What becomes of the picture that somebody sends: it is decoded and written anew. What is kept is a JPEG of ours, of a size
//! that shows a bill or a router, upright, without whatever else was in the file: where and by which device it was taken
//! (EXIF), thumbnails of what was cut away, or something that is no picture at all (ASVS 5.0, 5.2.1 and 5.2.2).

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};

use crate::words::Text;

/// The longer side of what is kept, in pixels: print on paper stays readable.
const SIDE: u32 = 2048;
/// Of 100.
const QUALITY: u8 = 82;
/// The longest side of what is taken, in pixels.
const LONGEST: u32 = 16_000;
/// Bytes that a decoded picture may take: 50 megapixels without transparency. A small file may claim any size, and what
/// decodes a progressive JPEG takes twice as much beside it.
const DECODED: u64 = 150 * 1024 * 1024;

/// A picture as it is kept.
#[derive(Clone)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The file (JPEG, ITU-T T.81).
    pub jpeg: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

impl Picture {
    /// Makes what is kept out of what was sent: a JPEG, PNG or WebP. It keeps a core busy meanwhile.
    ///
    /// # Errors
    /// A sentence, when it is none of these, broken, or too large.
    pub fn develop(sent: &[u8]) -> Result<Self, Text> {
        let (image, orientation) = decode(sent).map_err(|error| match error {
            ImageError::Limits(_) => Text::new("photo-too-many-pixels"),
            _ => Text::new("photo-no-picture"),
        })?;
        let mut image = if image.width().max(image.height()) > SIDE {
            // Brought to size first: turning a large one costs more. By means of neighbours, which takes no memory beside it.
            image.thumbnail(SIDE, SIDE)
        } else {
            image
        };
        image.apply_orientation(orientation);
        let rgb = on_white(&image);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .encode_image(&rgb)
            .map_err(|_| Text::new("photo-no-picture"))?;
        Ok(Self { width: rgb.width(), height: rgb.height(), jpeg })
    }
}

fn decode(sent: &[u8]) -> Result<(DynamicImage, image::metadata::Orientation), ImageError> {
    let mut reader = ImageReader::new(Cursor::new(sent)).with_guessed_format()?;
    // By what is in it, never by a name; and none but these, whatever the library comes to know.
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(std::io::Error::other("another format").into());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(DECODED);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // The reader asks its decoder only; the picture itself is ours to count.
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

/// A JPEG has no transparency: what shines through is paper.
fn on_white(image: &DynamicImage) -> image::RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let rgba = image.to_rgba8();
    image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let over = |channel: u8| {
            let blend = u16::from(channel) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
            u8::try_from(blend / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([red, green, blue].map(over))
    })
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::png::PngEncoder};

    use super::*;

    /// Red on the left, blue on the right.
    fn halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([230, 10, 10]) } else { Rgb([10, 10, 230]) })
    }

    fn jpeg(image: &RgbImage) -> Vec<u8> {
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 90).encode_image(image).unwrap();
        file
    }

    /// The same with an EXIF segment that says how it is turned, and where it was taken.
    fn with_exif(file: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 51.5007,-0.1246 PLANTED-PLACE");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&file[..2], b"\xff\xe1", &length, &exif, &file[2..]].concat()
    }

    fn shown(picture: &Picture) -> RgbImage {
        image::load_from_memory_with_format(&picture.jpeg, ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    #[test]
    fn a_large_picture_is_brought_to_size_and_a_small_one_is_left_its_own() {
        for ((width, height), wanted) in
            [((4000, 3000), (2048, 1536)), ((300, 4100), (150, 2048)), ((640, 480), (640, 480)), ((1, 1), (1, 1))]
        {
            let picture = Picture::develop(&jpeg(&halves(width, height))).unwrap();
            assert_eq!((picture.width, picture.height), wanted);
            assert_eq!(shown(&picture).dimensions(), wanted);
        }
    }

    #[test]
    fn it_stands_upright_and_says_nothing_of_where_it_was_taken() {
        let sent = with_exif(&jpeg(&halves(80, 40)), 6);
        assert!(sent.windows(13).any(|bytes| bytes == b"PLANTED-PLACE"));
        let picture = Picture::develop(&sent).unwrap();
        assert_eq!((picture.width, picture.height), (40, 80), "turned by a quarter");
        let (top, bottom) = (shown(&picture)[(20, 10)], shown(&picture)[(20, 70)]);
        assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
        assert!(!picture.jpeg.windows(13).any(|bytes| bytes == b"PLANTED-PLACE"));
        assert!(!picture.jpeg.windows(4).any(|bytes| bytes == b"Exif"));
    }

    #[test]
    fn what_is_hidden_behind_or_within_is_gone() {
        let sent = [&jpeg(&halves(64, 64))[..], b"<script>alert(1)</script>PK\x03\x04"].concat();
        let picture = Picture::develop(&sent).unwrap();
        assert!(!picture.jpeg.windows(7).any(|bytes| bytes == b"<script"));
        assert!(picture.jpeg.starts_with(b"\xff\xd8") && picture.jpeg.ends_with(b"\xff\xd9"));
    }

    #[test]
    fn transparency_becomes_paper() {
        let mut file = Vec::new();
        let pixels = [0, 0, 0, 0, 200, 0, 0, 255].repeat(512);
        PngEncoder::new(&mut file).write_image(&pixels, 32, 32, ExtendedColorType::Rgba8).unwrap();
        let picture = Picture::develop(&file).unwrap();
        let mean = shown(&picture).pixels().map(|pixel| u64::from(pixel[1])).sum::<u64>() / 1024;
        assert!((110..146).contains(&mean), "half white, half red: {mean}");
    }

    #[test]
    fn what_is_no_picture_is_refused_in_words() {
        let good = jpeg(&halves(64, 64));
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
        for bad in [Vec::new(), b"hello".to_vec(), svg, gif, good[..20].to_vec()] {
            let refused = Picture::develop(&bad).unwrap_err();
            assert_eq!(refused.english(), Text::new("photo-no-picture").english(), "{bad:?}");
        }
    }

    /// A few bytes that claim a picture of gigabytes cost nothing.
    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded() {
        for (width, height) in [(15_000u32, 15_000u32), (60_000, 60_000), (20_000, 1)] {
            let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
            let header = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
            png.extend(13u32.to_be_bytes());
            png.extend(&header);
            let mut sum = flate2::Crc::new();
            sum.update(&header);
            png.extend(sum.sum().to_be_bytes());
            png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
            let refused = Picture::develop(&png).unwrap_err();
            assert_eq!(refused.english(), Text::new("photo-too-many-pixels").english(), "{width} x {height}");
        }
    }
}
