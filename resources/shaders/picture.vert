#version 440

// A rectangle that fills the viewport; `at` is the place in the frame, 0 to 1, of each corner.

layout(location = 0) in vec2 corner;  // 0 or 1; (0, 0) is the top left

layout(location = 0) out vec2 at;

layout(std140, binding = 0) uniform Drawing {
    mat4 clip;         // what the graphics interface at hand makes of OpenGL's clip space
    vec4 crop;         // x, y, width, height of what is shown, as shares of the frame
    vec2 chroma;       // share of the chroma planes that the frame covers (odd sizes are rounded up)
    float packed_bgra; // 1: `luma` holds whole BGRA pixels
    float light;       // 1: as it came; less: darkened
} drawing;

out gl_PerVertex { vec4 gl_Position; };

void main() {
    at = drawing.crop.xy + corner * drawing.crop.zw;
    gl_Position = drawing.clip * vec4(2.0 * corner.x - 1.0, 1.0 - 2.0 * corner.y, 0.0, 1.0);
}
