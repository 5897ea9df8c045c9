package io.llamaorch.adapter.registry.internal.discovery;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one plugin. It takes what is {@linkplain Shared shared} from the host, the JDK's classes from the
 * JDK, and all others from the plugin's jars; of the host's other classes it sees none, whatever path they are on. It
 * serves a module layer and a class path alike; those that the JDK makes for layers would show automatic modules every
 * module of the host, and have no name to tell a thread's frames by.
 *
 * <p>It is never closed: adapters may live on after their plugin was removed. Its files are closed when it is collected.
 */
final class UnitLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    private static final ClassLoader JDK = ClassLoader.getPlatformClassLoader();

    /** Module name to the jar that it came from; empty where there are no modules. */
    private final Map<String, URL> modules;

    UnitLoader(String name, List<URL> jars, Map<String, URL> modules) {
        super(name, jars.toArray(URL[]::new), JDK);
        this.modules = Map.copyOf(modules);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) { // the JVM wants this lock, one for each name
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = find(name);
            }
            if (resolve) {
                resolveClass(type);
            }
            return type;
        }
    }

    private Class<?> find(String name) throws ClassNotFoundException {
        ClassLoader host = Shared.loaderOf(name.substring(0, Math.max(0, name.lastIndexOf('.'))));
        if (host != null) {
            return host.loadClass(name);
        }
        Class<?> ofJdk = ofJdk(name);
        return ofJdk == null ? findClass(name) : ofJdk;
    }

    /** The platform loader also finds classes of the host's modules, which are not wanted; what agents add is. */
    private static @Nullable Class<?> ofJdk(String name) {
        try {
            Class<?> type = JDK.loadClass(name);
            return type.getClassLoader() == null
                            || JdkModules.isOne(type.getModule().getName())
                    ? type
                    : null;
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    @Override
    protected @Nullable Class<?> findClass(@Nullable String module, String name) {
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    @Override
    public @Nullable URL findResource(String name) {
        URL resource = super.findResource(name);
        return resource == null ? null : UncachedUrls.of(resource);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
        Enumeration<URL> resources = super.findResources(name);
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return resources.hasMoreElements();
            }

            @Override
            public URL nextElement() {
                return UncachedUrls.of(resources.nextElement());
            }
        };
    }

    @Override
    public @Nullable URL findResource(@Nullable String module, String name) throws IOException {
        if (module == null) {
            return findResource(name);
        }
        URL jar = modules.get(module);
        if (jar == null) {
            return null;
        }
        for (URL resource : Collections.list(findResources(name))) {
            if (resource.toString().startsWith("jar:" + jar + "!/")) {
                return resource;
            }
        }
        return null;
    }
}
