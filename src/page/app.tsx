import { useEffect, useState } from "preact/hooks";
import { useAddress } from "./base/address.ts";
import { Refused } from "./base/problem.ts";
import { me, readMe, remembered } from "./base/session.ts";
import { Invite } from "./invite.tsx";
import { Login } from "./login.tsx";
import { ErrorBar, Skeleton } from "./parts/states.tsx";
import { HOME, ownPath, placeOf } from "./places.ts";
import { Shell } from "./shell.tsx";

/** An invitation, the login, or the frame with the place of the address. */
export function App() {
  const { path } = useAddress();
  return path === "/convite" ? <Invite /> : <Known />;
}

function Known() {
  const { path, param, go } = useAddress();
  // Where no person was here before, the login is shown without asking: the answer would be a 401 in the browser's console.
  const [state, setState] = useState<"asking" | "outside" | "inside">(() =>
    path === "/entrar" && remembered() === null ? "outside" : "asking",
  );
  const [fault, setFault] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (state === "outside") return;
    readMe().then(
      () => setState("inside"),
      (why) => {
        if (why instanceof Refused && why.status === 401) setState("outside");
        else setFault(why);
      },
    );
  }, [tries]);
  const here = state === "inside" && me.value !== null;
  const atLogin = path === "/entrar";
  useEffect(() => {
    if (here && (atLogin || placeOf(path) === null))
      go(atLogin ? ownPath(param("volta")) : HOME, true);
    if (state === "outside" && !atLogin)
      go(
        path === "/" ? "/entrar" : `/entrar?volta=${encodeURIComponent(path + location.search)}`,
        true,
      );
  });
  if (fault !== null)
    return (
      <main class="alone">
        <ErrorBar
          fault={fault}
          again={() => {
            setFault(null);
            setTries(tries + 1);
          }}
        />
      </main>
    );
  const place = placeOf(path);
  if (here && place !== null) return <Shell place={place} onLeft={() => setState("outside")} />;
  if (state === "outside") return <Login onEntered={() => setState("inside")} />;
  return (
    <main class="alone">
      <Skeleton lines={3} />
    </main>
  );
}
