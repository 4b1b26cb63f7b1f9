package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Requires;
import smartproxy.core.api.Role;

class MethodRolesTest {
    /** A resource with one method that declares nothing. */
    @Path("/half")
    public static final class Half {
        @GET
        @Requires(Role.ANONYMOUS)
        public String open() {
            return "";
        }

        @POST
        public String forgotten() {
            return "";
        }
    }

    /** A resource whose methods declare all. */
    @Path("/whole")
    public static final class Whole {
        @GET
        @Requires(Role.FOREMAN)
        public String closed() {
            return "";
        }
    }

    @Test
    void wantsARoleOfTheMountOrOfEachMethod() {
        assertThatThrownBy(() -> MethodRoles.check(List.of(new Mount("/half", null, List.of(new Half())))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("neither mount /half nor Half.forgotten declares a role");
        assertThatCode(() -> MethodRoles.check(List.of(
                        new Mount("/half", Role.FOREMAN, new Half()), new Mount("/whole", null, List.of(new Whole())))))
                .doesNotThrowAnyException();
    }
}
