import { notifyFault } from "./base/notices.ts";
import * as say from "./base/say.ts";
import { companyName, me, switchCompany } from "./base/session.ts";
import { Menu } from "./parts/menu.tsx";

/** The company of this session; a person with several chooses another by one call, and the page begins again in it. */
export function CompanySwitch() {
  const here = me.value;
  if (here === null || here.companies.length < 2)
    return <span class="company">{say.name(companyName.value)}</span>;
  return (
    <Menu
      label={say.name(here.company.name)}
      icon="building-2"
      items={here.companies.map(({ id, name }) => ({
        text: say.name(name),
        current: id === here.company.id,
        onClick: () => {
          if (id === here.company.id) return;
          switchCompany(id).then(() => location.assign(location.pathname), notifyFault);
        },
      }))}
    />
  );
}
