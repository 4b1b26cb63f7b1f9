package smartproxy.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.regex.Pattern;

/** Rules of every module; each one's {@code RoomsTest} applies them to its own classes. */
public final class HouseRules {
    private HouseRules() {}

    @ArchTest
    static final ArchRule NO_CHILD_PROCESSES = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ProcessBuilder.class, Process.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class)
            .because("no request starts a process; backends are spoken to in their own protocol");

    @ArchTest
    static final ArchRule ONE_LOGGING_API = noClasses()
            .that(not(resideInAPackage("smartproxy.core.log..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..", "org.apache.log4j..")
            .because("records go through SLF4J; the log's own room takes in what libraries log elsewhere");

    @ArchTest
    static final ArchRule NO_STANDARD_STREAMS = noClasses()
            .that(not(resideInAPackage("smartproxy.core.log.."))
                    .and(not(nameMatching("smartproxy\\.core\\.daemon\\.Main(\\$.*)?"))))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("only the command line and the log's own destinations write there");

    @ArchTest
    static final ArchRule FAMILIES_USE_THE_API_ALONE = noClasses()
            .that(not(resideInAPackage("smartproxy.core..")))
            .should()
            .dependOnClassesThat(
                    resideInAPackage("smartproxy.core..").and(not(resideInAPackage("smartproxy.core.api.."))))
            .allowEmptyShould(true)
            .because("a module must build against what third parties get");

    private static final Pattern SEEN_BY_PLUGINS = Pattern.compile(
            "smartproxy\\.(core\\.api|(?!(?:core|infoblox)$)\\w+)|java\\..*|jakarta\\.ws\\.rs(\\..*)?|org\\.slf4j");

    private static final DescribedPredicate<JavaClass> HIDDEN_FROM_PLUGINS =
            DescribedPredicate.describe("are hidden from plug-ins", type -> {
                var base = type.getBaseComponentType();
                return !base.isPrimitive()
                        && !SEEN_BY_PLUGINS.matcher(base.getPackageName()).matches();
            });

    @ArchTest
    static final ArchRule SIGNATURES_ARE_WHOLE_FOR_PLUGINS = noMethods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(DescribedPredicate.describe(
                    "plug-ins see",
                    type -> type.getPackageName().startsWith("smartproxy.")
                            && SEEN_BY_PLUGINS.matcher(type.getPackageName()).matches()))
            .should()
            .haveRawReturnType(HIDDEN_FROM_PLUGINS)
            .orShould()
            .haveRawParameterTypes(DescribedPredicate.anyElementThat(HIDDEN_FROM_PLUGINS))
            .allowEmptyShould(true)
            .because("a plug-in's class loader shows it the API, the SPIs, JAX-RS and the JDK alone");
}
