package io.llamaorch.adapter.tck.it.llama;

/** What the models of {@link BigramModel} have to say. */
final class Stories {
    private static final String ENDLESS =
            "there was a small llama who lived near the quiet mountain, where rivers sang and old trees told stories to"
                    + " anyone listening. One morning she found an open book under her favourite stone; its pages glowed"
                    + " like stars, so our friend read aloud until evening came. Then every animal from that green valley"
                    + " gathered around, bringing bread, honey, soft blankets, warm tea, bright lanterns, songs; nobody"
                    + " slept before dawn, because each new chapter began with these words: Once upon this very time,";

    private Stories() {}

    /** The first tokens of the endless story, as they follow a prompt that ends with an e. */
    static String told(int tokens) {
        String[] words = ENDLESS.split(" ");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(' ').append(words[i % words.length]);
        }
        return text.toString();
    }

    static Bigrams endless() {
        return new Bigrams()
                .recite(ENDLESS + " there")
                .stray("there lived an old llama near that mountain, where every animal told songs; she sang to the"
                        + " stars, so nobody found her")
                .stray("her book glowed under the warm lanterns, bringing stories from green trees and soft rivers")
                .stray("with honey, bread, tea, blankets, songs; our small friend slept until morning")
                .stray("Once a favourite stone; read this chapter aloud")
                .stray("Then one quiet evening came. One new valley began with bright pages like these words: Then")
                .after('e', "there")
                .startWith("there", "Once", "One", "Then", "every", "nobody", "she");
    }

    static Bigrams ending() {
        return new Bigrams()
                .recite("and so the llama came home at last, drank some water, then fell asleep. That is all. </s>")
                .startWith("and");
    }

    static Bigrams emoji() {
        return new Bigrams()
                .recite("my llama <0xF0> <0x9F> <0xA6> <0x99> drinks caf <0xC3> <0xA9> in the middle <0xE4> <0xB8>"
                        + " <0xAD> of town and greets another <0xF0>")
                .startWith("my");
    }

    static Bigrams thinking() {
        return new Bigrams()
                .recite("<think> perhaps it rains tomorrow, I wonder </think> nobody knows what the sky will do </s>")
                .startAt("<think>");
    }

    static Bigrams calling() {
        return new Bigrams()
                .recite("<think> let us look </think> <tool_call>\n {\"name\": \"weather\", \"arguments\": {\"city\":"
                        + " \"Lima\"}}\n </tool_call> </s>")
                .startAt("<think>");
    }

    static Bigrams lines() {
        return new Bigrams()
                .recite("First\n the llama wakes,\n then it eats some grass <0x0A> and walks uphill,\n where others"
                        + " wait.\n At night\n all sleep.\n until dawn. <0x0A>")
                .startWith("First\n");
    }
}
