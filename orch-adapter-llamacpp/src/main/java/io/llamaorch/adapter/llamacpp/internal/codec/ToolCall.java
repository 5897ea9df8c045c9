package io.llamaorch.adapter.llamacpp.internal.codec;

/**
 * A whole call of a tool.
 *
 * @param id the engine's id of it; empty where it gives none
 * @param name the tool
 * @param argumentsJson the arguments, a JSON object
 */
public record ToolCall(String id, String name, String argumentsJson) {

    @Override
    public String toString() {
        return "ToolCall[" + name + "]";
    }
}
