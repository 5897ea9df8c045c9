package io.llamaorch.adapter.llamacpp.internal.codec;

import tools.jackson.core.JacksonException;

/** Writes and reads what {@code POST /slots/ID?action=…} says (contract 10). */
public final class SlotMessages {

    private SlotMessages() {}

    /**
     * What went from a slot to a file, or back.
     *
     * @param tokens how many tokens, 0 or more
     * @param bytes how many bytes the file has
     */
    public record Moved(int tokens, long bytes) {}

    /**
     * Writes the body of a save and of a restore.
     *
     * @param name the file's name
     * @return the body
     */
    public static byte[] file(String name) {
        return Json.object(json -> json.writeStringProperty("filename", name));
    }

    /** {@return the body of an erase} */
    public static byte[] nothing() {
        return Json.object(json -> {});
    }

    /**
     * Reads the answer to a save.
     *
     * @param body the body
     * @return what was saved
     * @throws JacksonException if it is something else
     */
    public static Moved saved(byte[] body) {
        return new Moved(tokens(body, "n_saved"), Json.number(body, "n_written"));
    }

    /**
     * Reads the answer to a restore.
     *
     * @param body the body
     * @return what was restored
     * @throws JacksonException if it is something else
     */
    public static Moved restored(byte[] body) {
        return new Moved(tokens(body, "n_restored"), Json.number(body, "n_read"));
    }

    /**
     * Reads the answer to an erase.
     *
     * @param body the body
     * @return how many tokens were erased
     * @throws JacksonException if it is something else
     */
    public static int erased(byte[] body) {
        return tokens(body, "n_erased");
    }

    private static int tokens(byte[] body, String name) {
        return (int) Math.min(Integer.MAX_VALUE, Json.number(body, name));
    }
}
