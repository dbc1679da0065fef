//! Escaping of text in HTML and SVG.

/// A text with the characters replaced that HTML and SVG reserve.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
