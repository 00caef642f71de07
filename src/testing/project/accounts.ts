/** A class and an error of a local package, whose instances go both ways. */

export class Account {
  readonly owner: string
  #balance: number

  constructor(owner: string, balance: number) {
    this.owner = owner
    this.#balance = balance
  }

  get balance(): number {
    return this.#balance
  }

  /** @throws Overdrawn */
  withdraw(amount: number): this {
    if (amount > this.#balance) throw new Overdrawn(this, amount, { cause: new RangeError(`${amount} is too much`) })
    this.#balance -= amount
    return this
  }
}

export class Overdrawn extends Error {
  override readonly name = 'Overdrawn'
  readonly code = 'OVERDRAWN'
  readonly account: Account

  constructor(account: Account, amount: number, options: ErrorOptions) {
    super(`${account.owner} has no ${amount}`, options)
    this.account = account
  }
}

export function withdraw(account: Account, amount: number): Account {
  if (!(account instanceof Account)) throw new TypeError('It is not an account here.')
  return account.withdraw(amount)
}

export function openAccount(balance: number): Account {
  return new Account('Ada', balance)
}
