// Opens every page in a browser: what people see, on a desk, on a telephone and on paper.
//
// Usage: browser_test.cjs PAGES CHROMIUM. CHROMIUM is a command; PAGES is the folder that make_pages filled; run where
// node_modules has playwright-core. Prints "N passed, N failed", exits 1 when something failed.
"use strict";
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require(require.resolve("playwright-core", { paths: [process.cwd()] }));

const [folder, command] = process.argv.slice(2);
const executablePath = command.includes("/") ? command
  : process.env.PATH.split(":").map((place) => path.join(place, command))
    .find((file) => fs.existsSync(file));
const pages = fs.readdirSync(folder).filter((name) => name.endsWith(".html"));
let passed = 0;
let failed = 0;

function check(holds, what) {
  if (holds) {
    passed += 1;
  } else {
    failed += 1;
    console.log("FAILED: " + what);
  }
}

// What went wrong while a page was open, and what it asked for besides itself.
async function open(browser, name, options, work) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble = [];
  const url = pathToFileURL(path.resolve(folder, name)).href;
  page.on("console", (message) => trouble.push("console: " + message.text()));
  page.on("pageerror", (error) => trouble.push("error: " + error.message));
  page.on("dialog", async (dialog) => {
    trouble.push("dialog: " + dialog.message());
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) trouble.push("request: " + request.url());
  });
  try {
    await page.goto(url);
    await work(page);
  } finally {
    await context.close();
  }
  check(trouble.length === 0, `${name}: ${trouble.slice(0, 5).join("; ")}`);
}

const narrow = { viewport: { width: 390, height: 844 } };
const desk = { viewport: { width: 1280, height: 900 } };

// Contrast as WCAG 2 defines it, of every text with what it stands on; SVG is told by its fill.
function lowContrasts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      const [, , , alpha = 1] = channels(color);
      if (alpha > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const low = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("script, title, desc")) continue;
    if (!element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const [one, two] = [luminance(color), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) low.add(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  return Array.from(low);
}

async function everyPage(browser, name) {
  for (const colorScheme of ["light", "dark"]) {
    await open(browser, name, { ...desk, colorScheme }, async (page) => {
      const low = await page.evaluate(lowContrasts);
      check(low.length === 0, `${name}, ${colorScheme}: contrast of ${low.join(", ")}`);
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = paper.match(/\d+/g).every((channel) => Number(channel) < 64);
      check(dark === (colorScheme === "dark"), `${name}: ${colorScheme} has paper of ${paper}`);
    });
  }
  for (const size of [desk, narrow, { viewport: { width: 360, height: 640 } }]) {
    await open(browser, name, size, async (page) => {
      const { width } = size.viewport;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(wide <= width, `${name}: ${wide} pixels wide on a screen of ${width}`);
      if (size === narrow) {
        const tiny = await page.evaluate(() => Array.from(
          document.querySelectorAll("svg text, td, p, li, dd"),
        ).filter((one) => parseFloat(getComputedStyle(one).fontSize) < 11).length);
        check(tiny === 0, `${name}: ${tiny} texts are too small to read`);
      }
    });
  }
}

async function withoutScript(browser) {
  await open(browser, "what-if.html", { ...desk, javaScriptEnabled: false }, async (page) => {
    check(await page.locator(".example:visible").count() === 60, "without script: examples");
    check(await page.locator("#filter").isHidden(), "without script: the filter is in the way");
    await page.locator(".example summary").first().click();
    check(await page.locator(".proof").first().isVisible(), "without script: a proof");
  });
}

async function filters(browser) {
  await open(browser, "what-if.html", desk, async (page) => {
    const shown = () => page.locator(".example:visible").count();
    const said = () => page.locator("#filter-count").textContent();
    check(await shown() === 60 && await said() === "60 of 60 shown", "filter: all at first");
    await page.selectOption("#filter-change", "gained");
    check(await shown() === 12 && await said() === "12 of 60 shown", "filter: by change");
    await page.selectOption("#filter-change", "");
    await page.selectOption("#filter-rule", "followed");
    check(await shown() === 12, "filter: by rule");
    await page.selectOption("#filter-rule", "");
    await page.locator("body").press("/");
    await page.keyboard.type("verified=true LOST");
    const both = await page.locator(".example.lost:visible").count();
    check(both > 0 && both === await shown() && both < 60, "filter: by words, with the keyboard");
    await page.keyboard.press("Escape");
    check(await shown() === 60, "filter: emptied with Escape");
    const receipt = await page.locator(".ids dd").nth(2).textContent();
    await page.fill("#filter-text", receipt.trim());
    check(await shown() === 1, "filter: by receipt");
    await page.fill("#filter-text", "tlog-proof@v1");
    check(await shown() === 0, "filter: proofs are not searched");
  });
  await open(browser, "hostile.html", desk, async (page) => {
    const rules = await page.locator("#filter-rule option").evaluateAll(
      (options) => options.map((option) => option.value));
    for (const rule of rules) {
      await page.selectOption("#filter-rule", rule);
      check(await page.locator(".example:visible").count() > 0, `filter: rule ${rule}`);
    }
  });
}

// The keyboard reaches the contents, the tables that scroll, and the filter; and shows where it is.
async function keyboard(browser) {
  await open(browser, "what-if.html", narrow, async (page) => {
    const reached = new Set();
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => {
        const { activeElement: at } = document;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const seen = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
        return seen ? at.id || at.className || at.tagName : "unseen " + at.tagName;
      }));
    }
    for (const wanted of ["skip", "A", "scroll", "SUMMARY", "filter-text"]) {
      check(reached.has(wanted), `keyboard: ${wanted} is not reached`);
    }
    const unseen = Array.from(reached).filter((name) => name.startsWith("unseen"));
    check(unseen.length === 0, `keyboard: ${unseen} get no outline`);
  });
}

async function names(browser) {
  // A name that is read from right to left must not move what stands beside it.
  await open(browser, "hostile.html", desk, async (page) => {
    const isolated = await page.locator("bdi").evaluateAll((elements) => elements.every(
      (one) => getComputedStyle(one).unicodeBidi === "isolate"));
    check(isolated, "names: not kept from changing the direction of others");
    check(await page.locator("img, iframe, object, link").count() === 0, "names: became elements");
    check(await page.locator("script").count() === 1, "names: became scripts");
  });
}

// The policy itself holds: what a page might be made to contain does not run and is not loaded.
async function policy(browser) {
  const injected = path.join(folder, "injected.htm");
  const page = fs.readFileSync(path.join(folder, "tiny.html"), "utf8");
  fs.writeFileSync(injected, page.replace("<h1>",
    "<script>window.ran = 1</script><img src='x.png' onerror='window.ran = 2'><h1>"));
  const context = await browser.newContext();
  const opened = await context.newPage();
  const refusals = [];
  opened.on("console", (message) => refusals.push(message.text()));
  await opened.goto(pathToFileURL(path.resolve(injected)).href);
  check(await opened.evaluate(() => window.ran) === undefined, "policy: an injected script ran");
  check(refusals.length >= 2, "policy: nothing was refused");
  await context.close();
  fs.unlinkSync(injected);
}

async function paper(browser) {
  for (const name of ["what-if.html", "divergent.html", "hostile.html", "audit-holds.html"]) {
    await open(browser, name, { ...desk, colorScheme: "dark" }, async (page) => {
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      const { ground, filter } = await page.evaluate(() => ({
        ground: getComputedStyle(document.body).backgroundColor,
        filter: Array.from(document.querySelectorAll("#filter, nav"))
          .some((one) => one.checkVisibility()),
      }));
      check(ground === "rgb(255, 255, 255)", `${name}: printed on ${ground}`);
      check(!filter, `${name}: prints what only a screen can use`);
      await page.setViewportSize({ width: 672, height: 900 });  // A4 without its margins
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(wide <= 672, `${name}: ${wide} pixels wide on paper of 672`);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      check(pdf.subarray(0, 5).toString() === "%PDF-", `${name}: no PDF`);
      check(pdf.length < 3000000, `${name}: a PDF of ${pdf.length} bytes`);
    });
  }
}

async function main() {
  if (!executablePath) throw new Error(`no command ${command} (Debian: chromium)`);
  if (pages.length === 0) throw new Error(`no pages in ${folder}`);
  // Pages are our own, and the sandbox needs what containers do not give.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (const name of pages) await everyPage(browser, name);
    for (const test of [withoutScript, filters, keyboard, names, policy, paper]) {
      await test(browser);
    }
  } finally {
    await browser.close();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error) => {
  console.log("browser_test: " + error.stack);
  process.exitCode = 1;
});
