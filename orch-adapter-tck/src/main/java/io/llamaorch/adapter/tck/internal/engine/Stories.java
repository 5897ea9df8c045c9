package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;

/** The texts that the storyteller has learnt from; the end of each is where a text may end. */
final class Stories {
    static final List<String> ALL = List.of(
            "Once upon a time there was a small llama who lived on a quiet hill above the sea. Every morning the llama"
                    + " walked down to the harbour and counted the boats. One day a boat came home without a sail. The"
                    + " small llama carried a blanket to the harbour, and the blanket became the best sail of all.",
            "The old clock maker lived in a narrow house by the river. Every evening she wound the clocks and listened"
                    + " to the rain. One evening a single clock began to run backwards. She smiled, made a cup of tea"
                    + " and enjoyed the same evening once more.",
            "Once upon a time a lantern stood in the window of an old café. The lantern was small, but its light was"
                    + " warm and patient. When the fog came in from the sea, the boats followed the light home. In the"
                    + " morning nobody spoke about the lantern, and the lantern did not mind.",
            "There was a library on the far side of the mountain, and its doors were never closed. A young traveller"
                    + " came in from the rain and asked for a book about the stars. The books were old, but the stars"
                    + " in them were bright. She read until the morning and walked home under a clear sky.",
            "A fox and a heron shared a garden by the river. The fox told long stories, and the heron told short ones."
                    + " When the winter came, the garden was quiet and white. They waited under the old apple tree"
                    + " until the first green leaf told them a story of its own.",
            "In the valley behind the hill a train stopped every evening at a station without a name. A girl called"
                    + " Zoë waited there with a lantern. One evening the train brought a letter from the far side of"
                    + " the sea. Zoë read it twice and carried it home under a warm coat.",
            "The baker opened her door before the sun was up. The smell of warm bread walked down the street and woke"
                    + " the town. A small dog followed the smell to the door and waited. Every morning the baker gave"
                    + " the dog a piece of bread, and every morning the dog carried it home to an old friend.",
            "High above the clouds there was a bridge made of ice and light. The children of the valley told stories"
                    + " about it, but nobody had ever crossed it. One winter a naïve young goat walked across the"
                    + " bridge and found a garden on the far side. In the spring the goat came home with flowers in"
                    + " its coat.",
            "The night watchman knew every sound of the harbour. He knew the song of the ropes, the sleep of the boats"
                    + " and the breath of the sea. One night he heard a new sound, small and bright. It was a star that"
                    + " had fallen into a bucket of rain, and he carried it gently back to the sky.",
            "A teacher on the hill asked the children to draw the wind. One child drew the trees, and one child drew"
                    + " the sea. The small girl by the window drew nothing and opened the door. The wind came in and"
                    + " turned every page of every book and left the room laughing.",
            "There was a robot who worked in the garden of an old house. Every morning the robot counted the flowers,"
                    + " and every evening it counted the stars. One evening the numbers were the same. The robot was"
                    + " quiet for a long time, and then it learned to sing.",
            "When the river was young, it did not know the way to the sea. It asked the mountain, and the mountain told"
                    + " it to be patient. It asked the heron, and the heron told it to follow the light. In the evening"
                    + " the river turned around a quiet hill, and there was the sea, waiting.");

    private Stories() {}
}
