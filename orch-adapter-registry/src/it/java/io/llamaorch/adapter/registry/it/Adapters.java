package io.llamaorch.adapter.registry.it;

import java.nio.file.Path;

/** Sources of small adapters, good and broken. */
final class Adapters {

    private final Jars jars;

    Adapters(Jars jars) {
        this.jars = jars;
    }

    /** A factory; what would be an adapter prints when it is made. */
    static String factory(String type, String engine) {
        return factory(type, "\"" + engine + "\"", "AdapterDescriptor.SPI_GENERATION", "");
    }

    static String factory(String type, String engine, String generation, String body) {
        int dot = type.lastIndexOf('.');
        return "package " + type.substring(0, dot) + ";\n"
                + "import io.llamaorch.adapter.spi.*;\n"
                + "public class " + type.substring(dot + 1) + " implements AdapterFactory {\n"
                + body + "\n"
                + "  public String engine() { return " + engine + "; }\n"
                + "  public AdapterDescriptor descriptor() {\n"
                + "    return AdapterDescriptor.builder(\"Tiny\", \"1.0\", " + generation + ").build();\n"
                + "  }\n"
                + "  public WorkerAdapter create(AdapterConfig config) {\n"
                + "    System.out.println(\"an adapter was made\");\n"
                + "    throw new UnsupportedOperationException();\n"
                + "  }\n"
                + "}\n";
    }

    Path onModulePath(String module, String engine) {
        return onModulePath(module, module + ".Factory", factory(module + ".Factory", engine));
    }

    Path onModulePath(String module, String type, String source) {
        return jars.jar(module)
                .source(
                        "module-info",
                        "module " + module + " { requires io.llamaorch.adapter.spi;"
                                + " provides io.llamaorch.adapter.spi.AdapterFactory with " + type + "; }")
                .source(type, source)
                .build();
    }

    Path onClassPath(String packageName, String engine) {
        return onClassPath(packageName, packageName + ".Factory", factory(packageName + ".Factory", engine));
    }

    Path onClassPath(String name, String type, String source) {
        return jars.jar(name).source(type, source).services(type).build();
    }
}
