package io.llamaorch.adapter.registry.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the plugin of one fault is built with. */
record FaultKit(Fault fault, Path plugins, Path work) {

    String name() {
        return fault.key();
    }

    String engine() {
        return "\"" + name() + "\"";
    }

    Jars jars() {
        return new Jars(plugins, work.resolve(name()));
    }

    /** For what is compiled against and then left out. */
    Jars elsewhere() {
        return new Jars(work.resolve(name() + "-left-out"));
    }

    Path folder() throws IOException {
        return Files.createDirectories(plugins.resolve(name()));
    }

    Jars jarsInFolder() throws IOException {
        return new Jars(folder(), work.resolve(name()));
    }

    String factory(String body) {
        return Adapters.factory("bad.Factory", engine(), Adapters.GENERATION, body);
    }

    /** A jar with a factory and META-INF/services. */
    Jars.Source bare() {
        return bare(factory(""));
    }

    Jars.Source bare(String source) {
        return jars().jar(name()).source("bad.Factory", source).services("bad.Factory");
    }

    /** The same with a module-info, which is nothing wrong yet. */
    Jars.Source adapter() {
        return adapter("");
    }

    Jars.Source adapter(String body) {
        return adapter(factory(body), "bad.Factory");
    }

    Jars.Source adapter(String source, String type) {
        return bare(source).source("module-info", Adapters.module("bad", type));
    }

    Jars.Source requiring(String module, String body) {
        return bare(factory(body)).source("module-info", Adapters.module("bad", "bad.Factory", module));
    }

    /** A jar with a factory and META-INF/services in the plugin's folder. */
    Jars.Source part(String jar) throws IOException {
        return jarsInFolder().jar(jar).source("bad.Factory", factory("")).services("bad.Factory");
    }

    /** A library in the plugin's folder. */
    Path library(String module, String packageName) throws IOException {
        return jarsInFolder()
                .jar(module)
                .source("module-info", "module " + module + " {}")
                .source(packageName + ".Library", "package " + packageName + "; public class Library {}")
                .build();
    }
}
