package io.llamaorch.adapter.llamacpp.internal.codec;

/** The bytes of one character beyond ASCII, by RFC 3629: no more than are needed, no surrogates, nothing above U+10FFFF. */
final class Utf8 {

    private Utf8() {}

    /**
     * Goes over a character.
     *
     * @param bytes holds it
     * @param at its first byte, which is none of ASCII
     * @param to where the bytes end
     * @return where the next character begins; -1 if there is no whole and valid character here
     */
    static int next(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        int behind = at + length;
        if (length == 0 || behind > to || !second(lead, bytes[at + 1] & 0xFF)) {
            return -1;
        }
        for (int i = at + 2; i < behind; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return behind;
    }

    private static boolean second(int lead, int b) {
        return switch (lead) {
            case 0xE0 -> b >= 0xA0 && b <= 0xBF;
            case 0xED -> b >= 0x80 && b <= 0x9F;
            case 0xF0 -> b >= 0x90 && b <= 0xBF;
            case 0xF4 -> b >= 0x80 && b <= 0x8F;
            default -> b >= 0x80 && b <= 0xBF;
        };
    }
}
