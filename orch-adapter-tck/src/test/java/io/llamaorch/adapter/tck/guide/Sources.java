package io.llamaorch.adapter.tck.guide;

import java.nio.file.Path;

/** Where the example and its copies are. */
final class Sources {

    /** The project. */
    static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    /** The example. */
    static final Path EXAMPLE = ROOT.resolve("orch-adapter-tck/src/test/java/io/llamaorch/adapter/tck/openai");

    /** The project to copy. */
    static final Path TEMPLATE = ROOT.resolve("docs/adapter-template");

    private Sources() {}
}
