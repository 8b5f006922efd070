import { expect, test } from "@playwright/test";

test("Tailwind and a dialog of shadcn/ui work under the policy", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const response = await page.goto("/");
  expect(response?.headers()["content-security-policy"]).toContain("style-src 'self';");

  const button = page.getByRole("button", { name: "About" });
  await expect(button).toHaveCSS("height", "36px"); // h-9, although app.css sets another
  await expect(button).toHaveCSS("border-top-width", "1px");
  await button.click();
  const dialog = page.getByRole("dialog", { name: "My App" });
  await expect(dialog).toHaveCSS("position", "fixed");
  await expect(page.locator("body")).toHaveCSS("overflow", "hidden"); // this blocks scrolling
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator("body")).not.toHaveCSS("overflow", "hidden");

  await expect(page.getByRole("textbox", { name: "Prompt" })).toHaveCSS("display", "block");
  expect(complaints).toEqual([]);
});
