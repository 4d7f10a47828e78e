#version 440

// Three planes (BT.601, limited range), or one BGRA texture, to RGB.

layout(location = 0) in vec2 at;

layout(location = 0) out vec4 colour;

layout(std140, binding = 0) uniform Drawing {
    mat4 clip;
    vec4 crop;
    vec2 chroma;
    float packed_bgra;
    float light;
} drawing;

layout(binding = 1) uniform sampler2D luma;
layout(binding = 2) uniform sampler2D blue;
layout(binding = 3) uniform sampler2D red;

void main() {
    vec4 first = texture(luma, at);
    vec3 rgb = first.bgr;
    if (drawing.packed_bgra < 0.5) {
        float y = (first.r - 16.0 / 255.0) * 255.0 / 219.0;
        float u = (texture(blue, at * drawing.chroma).r - 128.0 / 255.0) * 255.0 / 112.0;
        float v = (texture(red, at * drawing.chroma).r - 128.0 / 255.0) * 255.0 / 112.0;
        // From Kr = 0.299 and Kb = 0.114: 1 - Kr, 1 - Kb, and their shares in green.
        rgb = vec3(y + 0.701 * v, y - 0.172068 * u - 0.357068 * v, y + 0.886 * u);
    }
    colour = vec4(clamp(rgb, 0.0, 1.0) * drawing.light, 1.0);
}
