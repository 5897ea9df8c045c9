package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;

/**
 * What the files {@code META-INF/services} name. {@code ServiceLoader} reads them too, but tells neither which file names
 * a class that cannot be loaded nor, for some faults, which class it was.
 */
final class ServiceFiles {

    private static final String PATH = "META-INF/services/" + AdapterFactory.class.getName();

    private final List<Line> lines = new ArrayList<>();

    /** A provider's name, and the jar or folder whose file has it. */
    private record Line(String provider, String location, ClassLoader loader) {}

    /** Reads what a loader sees; what cannot be read is left out, for it only helps messages. */
    static ServiceFiles seenBy(ClassLoader loader) {
        ServiceFiles files = new ServiceFiles();
        try {
            Enumeration<URL> found = loader.getResources(PATH);
            while (found.hasMoreElements()) {
                files.read(found.nextElement(), loader);
            }
        } catch (IOException e) {
            return files;
        }
        return files;
    }

    /** The jar or folder that names a provider. */
    Optional<String> location(String provider) {
        return lines.stream()
                .filter(line -> line.provider.equals(provider))
                .map(Line::location)
                .findFirst();
    }

    /** The provider whose class cannot be linked for just this reason. */
    Optional<String> culprit(LinkageError failure) {
        return lines.stream()
                .filter(line -> failsWith(failure, line))
                .map(Line::provider)
                .findFirst();
    }

    /** The jar or folder of a service file. */
    static String holder(String file) {
        String holder = file.endsWith(PATH) ? file.substring(0, file.length() - PATH.length()) : file;
        return holder.startsWith("jar:") && holder.endsWith("!/")
                ? holder.substring("jar:".length(), holder.length() - "!/".length())
                : holder;
    }

    private void read(URL file, ClassLoader loader) {
        try {
            URLConnection connection = file.openConnection();
            connection.setUseCaches(false);
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                reader.lines()
                        .map(line -> line.replaceFirst("#.*", "").strip())
                        .filter(name -> !name.isEmpty())
                        .forEach(name -> lines.add(new Line(name, holder(file.toString()), loader)));
            }
        } catch (IOException | UncheckedIOException e) {
            return; // the other files may be readable
        }
    }

    private static boolean failsWith(LinkageError failure, Line line) {
        try {
            Class.forName(line.provider, false, line.loader);
            return false;
        } catch (LinkageError e) {
            return e.getClass() == failure.getClass()
                    && String.valueOf(e.getMessage()).equals(failure.getMessage());
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
