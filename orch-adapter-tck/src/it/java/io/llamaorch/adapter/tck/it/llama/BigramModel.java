package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A llama-architecture model whose weights are a table of which token follows which. No training is behind it, yet the
 * real engine runs it as any other model: at temperature 0 it recites its story, at higher temperatures it strays.
 *
 * <p>The embedding of a token is a unit vector, attention and feed-forward are zero and so pass it on, and a column of
 * the output matrix holds the scores of what comes next.
 *
 * <p>Thread safety: immutable.
 */
public final class BigramModel {
    private static final int ALIGNED_WIDTH = 64;
    private static final int HEADS = 4;
    private static final int CONTEXT_LENGTH = 2048;

    private final String name;
    private final Bigrams bigrams;
    private final Shape shape;
    private final String template;

    private BigramModel(String name, Bigrams bigrams, Shape shape) {
        this(name, bigrams, shape, "");
    }

    private BigramModel(String name, Bigrams bigrams, Shape shape, String template) {
        this.name = name;
        this.bigrams = bigrams;
        this.shape = shape;
        this.template = template;
    }

    /** The sizes of the network; {@code zeros} is how the matrices of its feed-forward are stored. */
    private record Shape(int width, int blocks, int feedForward, int keyValueHeads, Tensor.Type zeros) {}

    /** Tells a story without end, some 90 tokens before it comes round. */
    public static BigramModel plain() {
        return small("plain", Stories.endless());
    }

    /** Tells one sentence and ends it with the end-of-text token. */
    public static BigramModel naturalEnd() {
        return small("natural-end", Stories.ending());
    }

    /** Speaks of a llama, as a picture of four byte tokens, and of other characters that take several tokens. */
    public static BigramModel emoji() {
        return small("emoji", Stories.emoji());
    }

    /** Speaks in lines: newlines as the end of a word's token, and as a byte token of their own. */
    public static BigramModel newlines() {
        return small("newlines", Stories.lines());
    }

    /**
     * Tells {@link #plain}'s story slowly, some 30 tokens a second, and reads some 100 a second of a prompt, so that a
     * test has time to cancel. It is block after block of zeros, which are holes in the file, in the format that costs
     * the processor most for its size. There are many blocks because the engine passes only the end of a prompt through
     * the last one.
     */
    public static BigramModel slowPrompt() {
        Shape shape = new Shape(512, 16, 10 * 1024, 1, Tensor.Type.IQ1_M);
        return new BigramModel("slow-prompt", Stories.endless(), shape);
    }

    /**
     * Tells {@link #plain}'s story at a walking pace, some 300 tokens a second of text and of prompt alike, for tests that
     * need many streams to be under way at once and then to end.
     */
    public static BigramModel walking() {
        Shape shape = new Shape(512, 5, 10 * 1024, 1, Tensor.Type.IQ1_M);
        return new BigramModel("walking", Stories.endless(), shape);
    }

    /** Thinks before it answers, in chats, and has a template by which the engine knows that. */
    public static BigramModel thinking() {
        return chatting("thinking", Stories.thinking());
    }

    /** Thinks and then calls the tool {@code weather} for the city of Lima; the template tells what a call looks like. */
    public static BigramModel calling() {
        return chatting("calling", Stories.calling());
    }

    /** Every model. */
    public static List<BigramModel> all() {
        return List.of(plain(), naturalEnd(), emoji(), newlines(), slowPrompt(), walking(), thinking(), calling());
    }

    /** The model's name, and its file's without the ending. */
    public String name() {
        return name;
    }

    /** Writes the model; the bytes are the same every time. */
    public void writeTo(Path file) {
        GgufWriter gguf = new GgufWriter();
        describe(gguf);
        vocabulary(gguf);
        weights(gguf);
        try {
            gguf.writeTo(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the model " + name + " to " + file, e);
        }
    }

    private static BigramModel small(String name, Bigrams bigrams) {
        return new BigramModel(name, bigrams, smallest(bigrams));
    }

    private static BigramModel chatting(String name, Bigrams bigrams) {
        return new BigramModel(name, bigrams, smallest(bigrams), Templates.THINKS_AND_CALLS);
    }

    private static Shape smallest(Bigrams bigrams) {
        int width = (bigrams.size() + ALIGNED_WIDTH - 1) / ALIGNED_WIDTH * ALIGNED_WIDTH;
        return new Shape(width, 1, ALIGNED_WIDTH, HEADS, Tensor.Type.F16);
    }

    private void describe(GgufWriter gguf) {
        gguf.text("general.architecture", "llama")
                .text("general.name", name)
                .uint("llama.context_length", CONTEXT_LENGTH)
                .uint("llama.embedding_length", shape.width())
                .uint("llama.block_count", shape.blocks())
                .uint("llama.feed_forward_length", shape.feedForward())
                .uint("llama.attention.head_count", HEADS)
                .uint("llama.attention.head_count_kv", shape.keyValueHeads())
                .real("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .uint("llama.rope.dimension_count", shape.width() / HEADS)
                .uint("llama.vocab_size", bigrams.size());
    }

    private void vocabulary(GgufWriter gguf) {
        gguf.text("tokenizer.ggml.model", "llama")
                .texts("tokenizer.ggml.tokens", bigrams.tokens())
                .reals("tokenizer.ggml.scores", bigrams.tokenScores())
                .ints("tokenizer.ggml.token_type", bigrams.tokenTypes())
                .uint("tokenizer.ggml.bos_token_id", Bigrams.BEGIN)
                .uint("tokenizer.ggml.eos_token_id", Bigrams.END)
                .uint("tokenizer.ggml.unknown_token_id", Bigrams.UNKNOWN)
                .flag("tokenizer.ggml.add_bos_token", true);
        if (!template.isEmpty()) {
            // Without the space that is put before a text the engine finds the template's own words in its prompt
            // again.
            gguf.flag("tokenizer.ggml.add_space_prefix", false).text("tokenizer.chat_template", template);
        }
    }

    private void weights(GgufWriter gguf) {
        int width = shape.width();
        Tensor embedding = gguf.matrix("token_embd.weight", width, bigrams.size());
        for (int token = 0; token < bigrams.size(); token++) {
            embedding.set(token, token, 1);
        }
        gguf.vector("output_norm.weight", width).ones();
        Tensor output = gguf.matrix("output.weight", width, bigrams.size());
        bigrams.forEach((before, after, score) -> output.set(after, before, score));
        for (int block = 0; block < shape.blocks(); block++) {
            block(gguf, "blk." + block + ".");
        }
    }

    private void block(GgufWriter gguf, String prefix) {
        int width = shape.width();
        int keyValueWidth = width / HEADS * shape.keyValueHeads();
        gguf.vector(prefix + "attn_norm.weight", width).ones();
        gguf.matrix(prefix + "attn_q.weight", width, width);
        gguf.matrix(prefix + "attn_k.weight", width, keyValueWidth);
        gguf.matrix(prefix + "attn_v.weight", width, keyValueWidth);
        gguf.matrix(prefix + "attn_output.weight", width, width);
        gguf.vector(prefix + "ffn_norm.weight", width).ones();
        gguf.zeros(prefix + "ffn_gate.weight", shape.zeros(), width, shape.feedForward());
        gguf.zeros(prefix + "ffn_up.weight", shape.zeros(), width, shape.feedForward());
        gguf.zeros(prefix + "ffn_down.weight", shape.zeros(), shape.feedForward(), width);
    }
}
