/** The sign and the name of the service. */
export const Mark = () => (
  <span class="sign">
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="7" class="mark-ground" />
      <path d="M24 0v17a7 7 0 0 1-7 7H0z" class="mark-half" />
      <path d="m7 12.5 3.5 3.5L17 8.5" class="mark-tick" />
    </svg>
    S.G.E.
  </span>
);
