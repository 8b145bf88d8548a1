import { useEffect, useRef, useState } from "preact/hooks";
import { trusted } from "../../lib/cast.ts";
import { Button } from "./button.tsx";
import { codeReader } from "./code-reader.ts";
import { Select } from "./field.tsx";

const KEPT = "sge.camera";
const EVERY_MS = 120;
/** The same code counts again only after it was out of sight for so long: one product before the camera is one. */
const GONE_MS = 1_500;

/** Where the address is not secure (http in a shop's own network) a browser gives no camera. */
const hasCamera = (): boolean => navigator.mediaDevices?.getUserMedia !== undefined;

/** Members of a track that the types of browsers lack: the torch. */
interface TorchTrack {
  getCapabilities?(): { readonly torch?: boolean };
  applyConstraints(wanted: { advanced: readonly { torch: boolean }[] }): Promise<void>;
}

interface CameraProps {
  /** Gets each code that comes into sight. */
  readonly onCode: (code: string) => void;
  /** The camera did not open; its sentence is shown here. */
  readonly onProblem?: () => void;
}

/** The camera as a reader: opened by a button, closed when it is not shown any more. */
export function CameraPanel(props: CameraProps) {
  const [open, setOpen] = useState(false);
  if (!hasCamera())
    return (
      <p class="field-hint">
        A câmera só funciona num endereço seguro (https). Use um leitor ou digite o código.
      </p>
    );
  return (
    <>
      <Button kind="line" icon={open ? "x" : "scan-barcode"} onClick={() => setOpen(!open)}>
        {open ? "Fechar a câmera" : "Ler com a câmera"}
      </Button>
      {open && <Camera {...props} />}
    </>
  );
}

function Camera(props: CameraProps) {
  const given = useRef(props);
  given.current = props;
  const video = useRef<HTMLVideoElement>(null);
  const [chosen, setChosen] = useState(localStorage.getItem(KEPT) ?? "");
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [reading, setReading] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    setProblem(null);
    open(chosen, video.current, stop.signal)
      .then(async (opened) => {
        if (stop.signal.aborted || opened === null) return;
        setTrack(opened);
        setCameras(await videoInputs());
        const read = await codeReader();
        setReading(true);
        await readOn(read, video.current, stop.signal, (code) => given.current.onCode(code));
      })
      .catch((fault) => {
        if (stop.signal.aborted) return;
        setProblem(sentenceOfCamera(fault));
        given.current.onProblem?.();
      });
    return () => {
      stop.abort();
      setTrack(null);
      setReading(false);
    };
  }, [chosen]);
  return (
    <div class="camera">
      {problem === null ? (
        <div class="camera-picture" data-reading={reading}>
          <video ref={video} muted playsInline aria-label="Imagem da câmera" />
          <span class="camera-aim" aria-hidden="true" />
          {!reading && <p role="status">Preparando a leitura…</p>}
        </div>
      ) : (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="camera-foot">
        {cameras.length > 1 && (
          <Select
            label="Câmera"
            bare
            value={track?.getSettings().deviceId ?? ""}
            options={cameras.map(({ deviceId, label }, i) => ({
              value: deviceId,
              text: label === "" ? `Câmera ${i + 1}` : label,
            }))}
            onChange={(id) => {
              localStorage.setItem(KEPT, id);
              setChosen(id);
            }}
          />
        )}
        {track !== null && <Torch track={track} />}
      </div>
    </div>
  );
}

/** Opens the camera that was chosen, else the one at the back, and shows it. Null: it was closed meanwhile. */
async function open(
  chosen: string,
  video: HTMLVideoElement | null,
  stop: AbortSignal,
): Promise<MediaStreamTrack | null> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const back = { video: { ...size, facingMode: "environment" } };
  const media = navigator.mediaDevices;
  const stream = await (chosen === ""
    ? media.getUserMedia(back)
    : media
        .getUserMedia({ video: { ...size, deviceId: { exact: chosen } } })
        // The chosen one is not connected any more.
        .catch(() => media.getUserMedia(back)));
  const close = () => {
    for (const one of stream.getTracks()) one.stop();
  };
  stop.addEventListener("abort", close);
  if (stop.aborted || video === null) {
    close();
    return null;
  }
  video.srcObject = stream;
  await video.play();
  return stream.getVideoTracks()[0] ?? null;
}

const videoInputs = async (): Promise<MediaDeviceInfo[]> =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");

/** Reads picture after picture until it is stopped. */
async function readOn(
  read: Awaited<ReturnType<typeof codeReader>>,
  video: HTMLVideoElement | null,
  stop: AbortSignal,
  onCode: (code: string) => void,
): Promise<void> {
  const seen = new Map<string, number>();
  while (video !== null && !stop.aborted) {
    // A picture that cannot be read is followed by another one.
    const codes = await read(video).catch(() => []);
    const now = performance.now();
    for (const code of codes) {
      const before = seen.get(code);
      seen.set(code, now);
      if (!stop.aborted && (before === undefined || now - before > GONE_MS)) onCode(code);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function sentenceOfCamera(fault: unknown): string {
  const kind = fault instanceof DOMException ? fault.name : "";
  if (kind === "NotAllowedError")
    return "O navegador não deixou usar a câmera. Permita a câmera nas configurações do site e abra de novo.";
  if (kind === "NotFoundError") return "Este aparelho não tem câmera.";
  if (kind === "NotReadableError") return "A câmera está em uso por outro programa.";
  return "A leitura pela câmera não abriu. Use um leitor ou digite o código.";
}

/** Light beside the camera, where there is one. */
function Torch({ track }: { track: MediaStreamTrack }) {
  const [on, setOn] = useState(false);
  const own = trusted<TorchTrack>(track);
  if (own.getCapabilities?.().torch !== true) return null;
  return (
    <Button
      icon="sun"
      onClick={() => {
        void own.applyConstraints({ advanced: [{ torch: !on }] }).then(
          () => setOn(!on),
          () => undefined,
        );
      }}
    >
      {on ? "Apagar a luz" : "Acender a luz"}
    </Button>
  );
}
